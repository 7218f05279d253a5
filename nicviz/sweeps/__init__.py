"""Many tasks: planned, scheduled on processes or a Dask cluster, and recorded in a folder of Parquet files."""
