"""The execution engine: works parent orders as child orders, and writes everything down first."""
