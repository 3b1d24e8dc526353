"""Plan, run and roll up: what turns rules and facts into a report."""
