#!/usr/bin/env python3
"""Pictures of every kind of file: the numbers that are drawn, their labels. Usage: test_plot.py PROGRAM"""

import unittest

import matplotlib
import numpy as np

matplotlib.use("Agg")

from plot_files import STUDIES, WithFiles, title_of  # noqa: E402  (before neurode: it says where that is)
from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.collections import LineCollection  # noqa: E402
from matplotlib.quiver import Quiver  # noqa: E402

from neurode import plot  # noqa: E402
from neurode.errors import FileError, UsageError  # noqa: E402
from neurode.files import load, words  # noqa: E402
from neurode.plot.bifurcation import BRANCHES  # noqa: E402
from neurode.plot.thin import COLUMNS  # noqa: E402


def lines_of(ax):
    return [np.array(line.get_data()) for line in ax.lines]


class Plots(WithFiles):
    needed = ("cells", "spikes", "xor", "fast", "compare", *STUDIES)

    def setUp(self):
        self.addCleanup(plt.close, "all")
        _, self.ax = plt.subplots()

    def test_short_traces_are_the_files_numbers(self):
        data = self.open("spikes")
        ax = plot.traces(data, "E.v[3]", ax=self.ax)
        ((t, v),) = lines_of(ax)
        np.testing.assert_array_equal(t, data["time"].values)
        np.testing.assert_array_equal(v, data["E.v"].values[:, 3])
        self.assertEqual((ax.get_xlabel(), ax.get_ylabel()), ("time [ms]", "E.v [mV]"))
        self.assertEqual(len(plot.traces(data, "E.v", ax=plt.subplots()[1]).lines), 8)  # of 40

    def test_long_traces_keep_extremes_and_true_points(self):
        data = self.open("cells")
        time, v = data["time"].values, data["cell.v"].values
        self.assertGreater(len(time), 50 * COLUMNS)
        drawn = lines_of(plot.traces(data, "cell.v", ax=self.ax))
        self.assertEqual(len(drawn), 2)
        for k, (t, x) in enumerate(drawn):
            self.assertLessEqual(len(t), 2 * COLUMNS + 2)
            self.assertGreaterEqual(len(t), 2 * COLUMNS)
            self.assertTrue((np.diff(t) > 0).all())
            at = np.searchsorted(time, t)
            np.testing.assert_array_equal(time[at], t)
            np.testing.assert_array_equal(v[at, k], x)
            self.assertEqual((t[0], t[-1]), (time[0], time[-1]))
            edges = np.searchsorted(time, np.linspace(time[0], time[-1], COLUMNS + 1))
            edges[-1] = len(time)
            for a, b in zip(edges[:-1], edges[1:]):
                inside = x[(at >= a) & (at < b)]
                self.assertEqual((inside.min(), inside.max()), (v[a:b, k].min(), v[a:b, k].max()))

    def test_time_range_and_samples(self):
        data = self.open("cells")
        ((t, v),) = lines_of(plot.traces(data, "cell.v[1]", between=(10.0, 12.0), ax=self.ax))
        np.testing.assert_allclose([t[0], t[-1]], [10.0, 12.0])
        np.testing.assert_array_equal(v, data["cell.v"].values[500:601, 1])
        xor = self.open("xor")
        first, second = (lines_of(plot.traces(xor, "hidden.a", sample=s, ax=plt.subplots()[1])) for s in (0, 3))
        np.testing.assert_array_equal([v[-1] for _, v in first], xor["hidden.a"].values[-1, 0])
        np.testing.assert_array_equal([v[-1] for _, v in second], xor["hidden.a"].values[-1, 3])
        with self.assertRaisesRegex(
            UsageError, "no point of time lies in the window from 5000 to 6000; it runs from 0 to 2000"
        ):
            plot.traces(data, "cell.v", between=(5000, 6000), ax=self.ax)

    def test_raster_has_every_spike(self):
        data = self.open("spikes")
        (line,) = plot.raster(data, ax=self.ax).lines
        np.testing.assert_array_equal(line.get_xdata(), data["E.spike_time"].values)
        np.testing.assert_array_equal(line.get_ydata(), data["E.spike_neuron"].values)
        self.assertEqual(self.ax.get_xlabel(), "time [ms]")
        self.assertEqual(title_of(self.ax), f"{data.sizes['E.spike_time']} spikes of E")

    def test_heat_map(self):
        data = self.open("spikes")
        mesh = plot.heat_map(data, "E.v", ax=self.ax).collections[0]
        np.testing.assert_array_equal(np.asarray(mesh.get_array()).reshape(40, -1), data["E.v"].values.T)
        self.assertEqual(mesh.colorbar.ax.get_ylabel(), "E.v [mV]")
        # Means of 100 rows in each of 1000 columns: theirs is the mean of all.
        mesh = plot.heat_map(self.open("cells"), "cell.v", ax=plt.subplots()[1]).collections[0]
        means = np.asarray(mesh.get_array()).reshape(2, -1)
        self.assertEqual(means.shape[1], 1000)
        np.testing.assert_allclose(means.mean(axis=1), self.open("cells")["cell.v"].values.mean(axis=0), atol=2e-3)

    def test_weights_over_time_and_as_matrix(self):
        data = self.open("xor")
        of = data["input -> hidden.weights"]
        drawn = lines_of(plot.weights(data, "input -> hidden.weights", ax=self.ax))
        self.assertEqual(len(drawn), 8)
        np.testing.assert_array_equal([v[-1] for _, v in drawn], of.values[-1].ravel())
        for at, row in ((None, -1), (100.0, 100), (99.6, 100)):
            (image,) = plot.weight_matrix(data, of.name, at=at, ax=plt.subplots()[1]).images
            np.testing.assert_array_equal(image.get_array(), of.values[row])
            low, high = image.get_clim()
            self.assertEqual((-low, high), (high, np.abs(of.values[row]).max()))

    def test_training_is_logarithmic_and_overlays(self):
        data = self.open("xor")
        ax = plot.training(data, ax=self.ax)
        self.assertEqual((ax.get_xscale(), ax.get_yscale()), ("symlog", "log"))
        t, v = lines_of(ax)[0]
        loss = data["loss"].values
        np.testing.assert_array_equal(v, loss[np.searchsorted(data["time"].values, t)])
        self.assertEqual((t[0], v.min(), v.max()), (0.0, loss.min(), loss.max()))
        both = plot.figure([data, self.open("fast")], labels=["xor", "fast"]).axes[0]
        self.assertEqual([line.get_label() for line in both.lines], ["xor", "fast"])
        self.assertNotEqual(*(line.get_linestyle() for line in both.lines))
        shares = plot.training(data, ["accuracy"], ax=plt.subplots()[1])
        self.assertEqual(shares.get_yscale(), "linear")

    def test_phase_planes(self):
        run = self.open("cells")
        ax = plot.phase_plane(run, "cell.v[0]", "cell.w[0]", between=(0, 20), ax=self.ax)
        np.testing.assert_array_equal(lines_of(ax)[0], [run["cell.v"].values[:1001, 0], run["cell.w"].values[:1001, 0]])
        self.assertEqual((ax.get_xlabel(), ax.get_ylabel()), ("cell.v[0]", "cell.w[0]"))
        self.assertFalse(ax.lines[0].get_rasterized())
        whole = plot.phase_plane(run, "cell.v", "cell.w", ax=plt.subplots()[1]).lines[0]
        self.assertTrue(whole.get_rasterized())  # as a path it would make a large file
        self.assertLessEqual(len(whole.get_xdata()), 20_000)
        data = self.open("phase-plane")
        ax = plot.phase_plane(data, ax=plt.subplots()[1])
        clines = [c for c in ax.collections if isinstance(c, LineCollection)]
        for which, drawn in zip("xy", clines):
            ends = np.stack([data[f"{which}_nullcline_x"], data[f"{which}_nullcline_y"]], axis=-1)
            np.testing.assert_array_equal(np.array(drawn.get_segments()), ends)
        rest = [line for line in ax.lines if line.get_label() == words(data["kind"])[0].replace("_", " ")]
        np.testing.assert_array_equal(rest[0].get_xydata()[0], [data["point_x"].values[0], data["point_y"].values[0]])
        # The field of FitzHugh and Nagumo, by hand.
        (arrows,) = [c for c in ax.collections if isinstance(c, Quiver)]
        v, w = np.meshgrid(data["field_x"].values, data["field_y"].values)
        np.testing.assert_allclose(data["field_dx"].values, v - v**3 / 3 - w + 0.4, atol=1e-12)
        np.testing.assert_allclose(data["field_dy"].values, (v + 0.7 - 0.8 * w) / 12.5, atol=1e-12)
        self.assertTrue((np.sign(arrows.U) == np.sign(data["field_dx"].values.ravel())).all())
        np.testing.assert_allclose(np.hypot(arrows.U, arrows.V), 1.0)

    def test_bifurcations(self):
        data = self.open("continue")
        ax = plot.bifurcation_diagram(data, ax=self.ax)
        special, kinds = data["special_p"].values, np.array(words(data["special_kind"]))
        for kind in ("Hopf", "fold"):
            drawn = np.concatenate(
                [x.get_xdata() for x in ax.lines if x.get_marker() == ("o" if kind == "Hopf" else "s")]
            )
            np.testing.assert_array_equal(np.sort(drawn), np.sort(special[kinds == kind]))
        hopf = next(line for line in ax.lines if line.get_label() == "Hopf").get_xydata()
        at = np.array(words(data["kind"])) == "Hopf"
        np.testing.assert_array_equal(hopf, np.stack([data["p"].values[at], data["x"].values[at, 0]], 1))
        np.testing.assert_allclose(sorted(special[kinds == "Hopf"]), [0.33128134, 1.41871866], atol=1e-8)
        self.assertEqual(sum(t.get_text().startswith("Hopf\n") for t in ax.texts), 2)
        styles = {line.get_label(): line.get_linestyle() for line in ax.lines}
        self.assertEqual((styles["rest, stable"], styles["rest, unstable"]), ("-", "--"))
        # Every piece of the branch of rest is of one kind, and all are there.
        for name, stable in (("rest, stable", True), ("rest, unstable", False)):
            drawn = [x.get_xdata() for x in ax.lines if x.get_color() == BRANCHES["rest"][0 if stable else 1]]
            # A piece begins where the one before it ended.
            own = [p if p[0] == data["p"].values[0] else p[1:] for p in drawn]
            of = data["p"].values[(data["unstable"].values == 0) == stable]
            np.testing.assert_array_equal(np.concatenate(own), of)
            self.assertIn(name, [x.get_label() for x in ax.lines])
        high = np.concatenate([x.get_ydata() for x in ax.lines if x.get_color() in BRANCHES["periodic orbit"]])
        self.assertEqual((high.min(), high.max()), (data["orbit_low"][:, 0].min(), data["orbit_high"][:, 0].max()))
        self.assertEqual((ax.get_xlabel(), ax.get_ylabel()), ("population.cell.bias", "cell.v[0]"))
        dots = plot.eigenvalues(data, ax=plt.subplots()[1]).collections[0].get_offsets()
        np.testing.assert_array_equal(dots[:, 0], data["eigenvalue_real"].values.ravel())

    def test_other_studies(self):
        spectrum = self.open("spectrum")
        ax = plot.spectrum(spectrum, ax=self.ax)
        f, power = lines_of(ax)[0]
        self.assertEqual(power.max(), np.nanmax(spectrum["power"].values[1:]))
        self.assertEqual((ax.get_xscale(), ax.get_yscale()), ("log", "log"))
        exponents = self.open("lyapunov")
        ax = plot.lyapunov(exponents, ax=plt.subplots()[1])
        np.testing.assert_array_equal([y[-1] for _, y in lines_of(ax)[1:]], exponents["course"].values[-1])
        basins = self.open("basins")
        (mesh,) = plot.basins(basins, ax=plt.subplots()[1]).collections
        np.testing.assert_array_equal(np.asarray(mesh.get_array()).reshape(6, 6), basins["basin"].values)
        self.assertEqual(sorted(words(basins["kind"])), ["oscillation", "rest"])
        for k, entry in enumerate(mesh.axes.get_legend().get_texts()):
            self.assertTrue(entry.get_text().startswith(f"{k}: {words(basins['kind'])[k]}"))
            self.assertEqual(mesh.to_rgba(k), matplotlib.colors.to_rgba(plot.style.COLOURS[k]))
        scan = self.open("scan")
        drawn = lines_of(plot.scan(scan, ax=plt.subplots()[1]))
        for name, (p, y) in zip(("max", "mean", "min"), drawn):
            np.testing.assert_array_equal([p, y], [scan["p"].values, scan[name].values])
        points = lines_of(plot.eigenvalues(self.open("fixed-points"), ax=plt.subplots()[1]))[2]
        np.testing.assert_array_equal(points[0], self.open("fixed-points")["eigenvalue_real"].values[0])
        period = self.open("period")
        t, x = lines_of(plot.course_of_period(period, ax=plt.subplots()[1]))[0]
        self.assertAlmostEqual(t[-1], float(period["period"][0]), delta=1e-9)
        self.assertAlmostEqual(x[0], x[-1], delta=1e-6)

    def test_work_precision(self):
        data = self.open("compare")
        names, done = words(data["integrator"]), np.array(words(data["state"])) == "done"
        for cost in ("work", "seconds"):
            ax = plot.work_precision(data, cost, ax=plt.subplots()[1])
            for line in ax.lines[:3]:
                on = done & (np.array(names) == line.get_label())
                np.testing.assert_array_equal(
                    line.get_xydata(), np.stack([data[cost].values[on], data["error"].values[on]], 1)
                )
            ring = next(line for line in ax.lines if line.get_label() == "recommended")
            self.assertEqual(ring.get_ydata()[0], data["error"].values[data.attrs["recommended_run"]])

    def test_the_picture_of_a_file_has_what_is_in_it(self):
        fig = plot.figure(self.open("xor"))
        titles = [title_of(ax) for ax in fig.axes]
        for word in ("loss", "told right", "a of population hidden", "weights"):
            self.assertTrue(any(word in t for t in titles), (word, titles))
        self.assertEqual(
            fig.get_suptitle() if hasattr(fig, "get_suptitle") else fig._suptitle.get_text(),
            self.open("xor").attrs["title"],
        )
        fig = plot.figure(self.open("spikes"))
        self.assertIn("spikes of E", title_of(fig.axes[0]))

    def test_names(self):
        with self.assertRaisesRegex(UsageError, 'did you mean "E.v"'):
            plot.traces(self.open("spikes"), "E.w", ax=self.ax)
        with self.assertRaisesRegex(FileError, "is a folder"):
            load(self.folder)


if __name__ == "__main__":
    unittest.main()
