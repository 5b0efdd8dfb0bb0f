#!/usr/bin/env python3
"""Pictures of the studies along a run: the numbers that are drawn. Usage: test_plot_along.py PROGRAM"""

import unittest

import matplotlib
import numpy as np

matplotlib.use("Agg")

from plot_files import WithFiles, title_of  # noqa: E402  (before neurode: it says where that is)
from matplotlib import pyplot as plt  # noqa: E402

from neurode import plot  # noqa: E402
from neurode.errors import UsageError  # noqa: E402


def line(ax, label):
    """The points of the line of this name."""
    return next(x for x in ax.lines if x.get_label() == label).get_xydata()


class Along(WithFiles):
    needed = ("energy", "hessian", "timescales", "dimension")

    def setUp(self):
        self.addCleanup(plt.close, "all")
        _, self.ax = plt.subplots()

    def test_energy(self):
        data = self.open("energy")
        ax = plot.energy(data, ax=self.ax)
        np.testing.assert_array_equal(ax.lines[0].get_xydata(), np.stack([data["moment_time"], data["energy"]], 1))
        self.assertEqual((ax.get_xscale(), title_of(ax)), ("symlog", "E = loss: falls all along"))
        rising = data.copy(deep=True)
        rising["monotone"][0], rising["largest_rise"][0], rising["rise_time"][0] = 0, 0.125, 42.0
        ax = plot.energy(rising, ax=plt.subplots()[1])
        np.testing.assert_array_equal(line(ax, "rises by 0.125 up to here")[:, 0], [42, 42])
        self.assertEqual(title_of(ax), "E = loss: does not fall all along")

    def test_scales_of_an_energy(self):
        data = self.open("energy").copy(deep=True)
        falls = np.linspace(1, 0, data.sizes["moment"])
        for values, scale in (
            (falls, "linear"),
            (10 ** (4 * falls - 3), "log"),
            (falls - 0.5, "linear"),
            (10 ** (8 * falls) - 2, "symlog"),
        ):
            data["energy"][:] = values
            self.assertEqual(plot.energy(data, ax=plt.subplots()[1]).get_yscale(), scale)

    def test_hessian(self):
        data = self.open("hessian")
        self.assertGreater(data.sizes["saddle"], 0)
        ax = plot.saddles(data, ax=self.ax)
        self.assertEqual(ax.get_yscale(), "log")
        np.testing.assert_array_equal(line(ax, "loss"), np.stack([data["time"], data["loss"]], 1))
        np.testing.assert_array_equal(line(ax, "saddle"), np.stack([data["saddle_time"], data["saddle_loss"]], 1))
        self.assertEqual([t.get_text() for t in ax.texts], [f"index {k:.0f}" for k in data["saddle_negative"].values])
        ax = plot.curvature(data, ax=plt.subplots()[1])
        np.testing.assert_array_equal(line(ax, "highest (sharpness)")[:, 1], data["eigenvalue"].values[:, -1])
        np.testing.assert_array_equal(line(ax, "lowest")[:, 1], data["eigenvalue"].values[:, 0])
        self.assertEqual(line(ax, "saddle")[0, 0], data["saddle_time"].values[0])
        self.assertEqual(line(ax, "all").shape, (50, 2))  # all 17 were computed
        titles = [title_of(ax) for ax in plot.figure(data).axes]
        self.assertEqual(
            titles, ["Loss, and the saddles it passes by", "Curvature of the loss: eigenvalues of its Hessian"]
        )
        none = data.isel(saddle=slice(0, 0))
        self.assertEqual(title_of(plot.saddles(none, ax=plt.subplots()[1])), "Loss; it passes by no saddle")

    def test_timescales(self):
        data = self.open("timescales")
        for draw, names in (
            (plot.time_scales, ("fastest_rate", "activity_rate", "weight_rate")),
            (plot.separation, ("separation",)),
            (plot.deviations, ("weight_deviation", "activity_deviation")),
        ):
            ax = draw(data, ax=plt.subplots()[1])
            self.assertEqual(ax.get_yscale(), "linear" if draw is plot.separation else "log")
            for drawn, name in zip(ax.lines, names, strict=True):
                np.testing.assert_array_equal(drawn.get_xydata(), np.stack([data["time"], data[name]], 1))
        self.assertEqual(len(plot.figure(data).axes), 3)
        # As the study writes it where activity is at its steady state.
        slow = data.drop_vars([n for n in data if n not in ("time", "fastest_rate", "leading_real")])
        (ax,) = plot.figure(slow).axes
        np.testing.assert_array_equal([x.get_ydata() for x in ax.lines], [data["fastest_rate"].values])
        with self.assertRaisesRegex(UsageError, "activity and weights are not both states"):
            plot.separation(slow, ax=plt.subplots()[1])

    def test_dimension(self):
        data = self.open("dimension")
        ax = plot.variance_explained(data, ax=self.ax)
        np.testing.assert_array_equal([bar.get_height() for bar in ax.patches], data["share"].values)
        np.testing.assert_array_equal(line(ax, "of all up to it")[:, 1], data["cumulative"].values)
        ratio = data["variance"].values.sum() ** 2 / (data["variance"].values ** 2).sum()
        self.assertEqual(title_of(ax), f"Participation ratio {ratio:.4g}, of 2 at most")
        ax = plot.projections(data, ax=plt.subplots()[1])
        np.testing.assert_array_equal(line(ax, "1")[:, 1], data["projection"].values[:, 0, 0])
        np.testing.assert_array_equal(line(ax, "2")[:, 0], data["moment_time"].values)


if __name__ == "__main__":
    unittest.main()
