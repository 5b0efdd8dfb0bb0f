neurode run report.toml -q
neurode info report.h5 --json
