"""The web application and its interface for other programs (api/openapi.yaml)."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.templating import Jinja2Templates

from berthplan import __version__
from berthplan.bookings import Booking, Clash, Plan
from berthplan.tariffs import night

app = FastAPI(title="Berthplan", version=__version__, openapi_url=None)
pages = Jinja2Templates(directory="src/berthplan/templates")
plans: dict[str, Plan] = {}


@app.get("/version")
def version() -> dict[str, str]:
    """Say which build answers: version and commit."""
    return {"version": __version__, "commit": os.environ.get("GIT_COMMIT", "unknown")}


@app.get("/v2/harbours/{harbour}/price")
def price(harbour: str, length: Decimal, month: int) -> dict[str, str]:
    """Return the price of one night."""
    return {"harbour": harbour, "euro": str(night(length, month))}


@app.post("/v2/harbours/{harbour}/bookings", status_code=201)
def book(harbour: str, berth: str, boat: str, arrival: date, departure: date) -> dict[str, Any]:
    """Book a berth, or answer 409 when it is taken."""
    wanted = Booking(berth, boat, arrival, departure)
    try:
        plans[harbour] = plans.get(harbour, Plan()).book(wanted)
    except Clash as clash:
        raise HTTPException(409, str(clash)) from clash
    return {"berth": berth, "nights": wanted.nights}
