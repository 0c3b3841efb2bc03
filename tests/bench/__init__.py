"""Measurements against baselines, in ratios: `make bench`. They fail nothing, and pytest does not collect them.

A module per subject with a function `measure(world)` that yields `Line`s; goal numbers are those of the performance
paper. Absolute times differ between machines and hours; only ratios inside one run count, so every subject runs in turn
with its baseline (A B A B ...) and the median of at least five rounds is compared.
"""
