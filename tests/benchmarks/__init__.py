"""What is measured, each by `python -m tests.benchmarks NAME [--quick]`, which prints one JSON object.

A benchmark is a module here with a function `run(quick: bool) -> Figures`; nothing else has to be done to add one.
Timings are never a reason for a test to fail; they are compared here, against goals, on a machine that is named.
"""
