"""Tables about people are told by their columns, made-up ones by their addresses, and values are never kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qmslint.facts.base import Scan
from qmslint.facts.datasets import data_files
from tests.conftest import commit

HEAD = "id,first_name,email,phone\n"


def rows(domain: str, count: int = 5) -> str:
    return HEAD + "".join(f"{n},P{n},p{n}@{domain},+49 30 100{n}\n" for n in range(count))


@pytest.mark.parametrize(
    ("path", "text", "people"),
    [
        ("a.csv", rows("kunden-gmbh.de"), 5),
        ("a.csv", rows("example.com"), 0),
        ("synthetic_customers.csv", rows("kunden-gmbh.de"), 0),
        ("a.csv", "id,total,mailing\n1,2,3\n2,3,4\n3,4,5\n4,5,6\n", 0),
        ("a.csv", "name,colour\n" + "x,red\n" * 9, 0),
        ("a.tsv", rows("kunden-gmbh.de").replace(",", "\t"), 5),
        (
            "users.json",
            '{"users": [' + ",".join('{"name": "A", "email": "a@kunden-gmbh.de"}' for _ in range(5)) + "]}",
            5,
        ),
        ("users.jsonl", '{"name": "A", "email": "a@kunden-gmbh.de"}\n' * 5, 5),
        ("users.json", "[1, 2, 3]", 0),
        ("users.json", "[" * 5000, 0),
        (
            "a.sql",
            "INSERT INTO users (name, email) VALUES ('A','a@x.de'),('B','b@x.de'),('C','c@x.de'),('D','d@x.de');",
            4,
        ),
        ("a.sql", "CREATE TABLE u (\n name text,\n email text\n);\n" + "INSERT INTO u VALUES ('A','a@x.de');\n" * 4, 4),
        ("a.sql", "COPY u (name, email) FROM stdin;\n" + "A\ta@x.de\n" * 4 + "\\.\n", 4),
        ("a.sql", "INSERT INTO prices (name, amount) VALUES ('A', 1),('B', 2),('C', 3),('D', 4);", 0),
    ],
)
def test_people_in_tables(
    make_repo: Callable[..., Path], scan_of: Callable[..., Scan], path: str, text: str, people: int
) -> None:
    scan = scan_of(make_repo([commit(**{path.replace(".", "_dot_"): text})]))
    assert sum(item.rows for item in data_files(scan, 3).items) == people


def test_values_are_never_kept(make_repo: Callable[..., Path], scan_of: Callable[..., Scan]) -> None:
    scan = scan_of(make_repo([commit(a_dot_csv=rows("kunden-gmbh.de"))]))
    assert "kunden-gmbh" not in repr(data_files(scan, 3))


def test_hostile_tables_cost_little(make_repo: Callable[..., Path], scan_of: Callable[..., Scan]) -> None:
    files = {
        "a_dot_sql": "INSERT INTO " * 60_000,
        "b_dot_sql": "CREATE TABLE a (" * 60_000,
        "c_dot_csv": '"' * 500_000,
        "d_dot_sql": "INSERT INTO u (name, email) VALUES " + "('a','b')," * 60_000,
    }
    scan = scan_of(make_repo([commit(**files)]))
    start = time.monotonic()
    data_files(scan, 3)
    assert time.monotonic() - start < 5
