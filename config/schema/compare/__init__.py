"""Compares an expected snapshot with a live one; each difference becomes a finding, by its consequence.

Objects are matched by structure, as a multiset. Names count only where the model declares them, and the
order of columns never counts.
"""

from config.schema.compare.differ import BY_TABLE, WHOLE, differences, reworded, table_differences
from config.schema.compare.pair import Pair

__all__ = ["BY_TABLE", "WHOLE", "Pair", "differences", "reworded", "table_differences"]
