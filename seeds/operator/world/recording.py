"""Which network element writes the usage records of whom (recording entity, 3GPP TS 32.298)."""

from __future__ import annotations

import numpy as np

from seeds.operator.world.lines import Lines
from seeds.operator.world.offerings import DATA, EU_ROAMING, FIXED, INTERNATIONAL, SMS, VOICE
from seeds.operator.world.usage import Events

ELEMENTS = ("MSC-01", "MSC-02", "SMSC-01", "PGW-01", "PGW-02", "TAS-01")
# What each of them records.
USAGE_TYPE = (VOICE, VOICE, SMS, DATA, DATA, VOICE)
_MSC, _SMSC, _PGW, _TAS = 0, 2, 3, 5


def recording_element(lines: Lines, events: Events) -> np.ndarray:
    """Place in ELEMENTS of the own switch or gateway that serves each event."""
    line = np.maximum(events.line, 0)
    is_fixed = (lines.kind[line] == FIXED) & (events.line >= 0)
    half = line % 2
    mobile = np.select([events.usage_type == DATA, events.usage_type == SMS], [_PGW + half, _SMSC], _MSC + half)
    return np.where(is_fixed, _TAS, mobile)


def is_recorded_abroad(events: Events) -> np.ndarray:
    """Use that a visited network records, as far as zones tell: whoever calls abroad from home has the same zone."""
    return (events.zone == EU_ROAMING) | ((events.zone == INTERNATIONAL) & (events.usage_type == DATA))
