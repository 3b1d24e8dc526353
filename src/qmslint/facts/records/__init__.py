"""Records of management and operation, in whatever form a team keeps them, read into one model."""

from qmslint.facts.records.find import Records, records
from qmslint.facts.records.model import Action, Record, Value

__all__ = ["Action", "Record", "Records", "Value", "records"]
