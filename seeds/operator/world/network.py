"""Sites, cells, access nodes and ports: where services are realised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.world.lines import Lines
from seeds.operator.world.offerings import FIXED, MOBILE
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.vocabulary import CITIES, CITY_SHARES

TECHNOLOGIES = ("GSM", "LTE", "NR")
_LATITUDES = (
    53.55,
    53.08,
    54.32,
    53.87,
    54.09,
    54.78,
    53.14,
    52.37,
    51.96,
    52.28,
    50.94,
    51.23,
    51.51,
    51.54,
    53.60,
    53.92,
)
_LONGITUDES = (9.99, 8.80, 10.14, 10.69, 12.10, 9.44, 8.21, 9.73, 7.63, 8.05, 6.96, 6.78, 7.47, 9.93, 9.48, 9.52)


@dataclass(frozen=True)
class Network:
    """Frames: sites (site, city, latitude, longitude), cells (cell, site, number, technology), nodes (node, site),
    ports (port, node, number, line or null). Arrays: home cell per mobile line, port per fixed line (-1 without)."""

    sites: pl.DataFrame
    cells: pl.DataFrame
    nodes: pl.DataFrame
    ports: pl.DataFrame
    home_cell: np.ndarray
    line_port: np.ndarray


def build_network(parameters: Parameters, lines: Lines, city_of_customer: np.ndarray) -> Network:
    """A network of the size that the lines need; every city has at least one site."""
    random = parameters.random("network")
    mobile = np.flatnonzero(lines.kind == MOBILE)
    fixed = np.flatnonzero(lines.kind == FIXED)
    site_count = max(2 * len(CITIES), len(mobile) // 70)
    shares = np.array(CITY_SHARES) / sum(CITY_SHARES)
    site_city = np.concatenate([np.arange(len(CITIES)), random.choice(len(CITIES), site_count - len(CITIES), p=shares)])
    sites = pl.DataFrame(
        {
            "site": np.arange(site_count),
            "city": site_city,
            "latitude": np.round(np.array(_LATITUDES)[site_city] + random.normal(0, 0.05, site_count), 5),
            "longitude": np.round(np.array(_LONGITUDES)[site_city] + random.normal(0, 0.08, site_count), 5),
        }
    )
    per_site = random.integers(3, 7, site_count)
    cell_site = np.repeat(np.arange(site_count), per_site)
    cell_number = np.arange(len(cell_site)) - np.repeat(np.cumsum(per_site) - per_site, per_site) + 1
    cells = pl.DataFrame(
        {
            "cell": np.arange(len(cell_site)),
            "site": cell_site,
            "number": cell_number,
            "technology": random.choice(3, len(cell_site), p=[0.15, 0.55, 0.30]),
        }
    )
    node_count = max(4, -(-len(fixed) // 180))
    nodes = pl.DataFrame({"node": np.arange(node_count), "site": random.integers(0, site_count, node_count)})

    port_count = len(fixed) + max(8, len(fixed) // 8)
    port_line = np.full(port_count, -1)
    occupied = np.sort(random.permutation(port_count)[: len(fixed)])
    port_line[occupied] = random.permutation(fixed)
    per_node = -(-port_count // node_count)
    ports = pl.DataFrame(
        {
            "port": np.arange(port_count),
            "node": np.arange(port_count) // per_node,
            "number": np.arange(port_count) % per_node + 1,
            "line": port_line,
        }
    )
    line_port = np.full(len(lines), -1)
    line_port[port_line[occupied]] = occupied

    # A mobile line's home cell lies in its holder's city.
    by_city = np.argsort(site_city[cell_site], kind="stable")
    bounds = np.searchsorted(site_city[cell_site][by_city], np.arange(len(CITIES) + 1))
    home_cell = np.full(len(lines), -1)
    city = city_of_customer[lines.customer[mobile]]
    span = bounds[city + 1] - bounds[city]
    home_cell[mobile] = by_city[bounds[city] + (random.random(len(mobile)) * span).astype(np.int64)]
    return Network(sites, cells, nodes, ports, home_cell, line_port)
