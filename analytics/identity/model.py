"""The linkage model: trained without labels, frozen, and the same for the same records in any order.

u is estimated by random sampling, m by expectation maximisation over several training blocks, as Splink does; Splink
scores. What the data can't tell (too few pairs, an empty column) keeps the prior that `comparisons` states, and the
model says which is which. Term frequencies and junk values are counted once and frozen: the score of a pair depends on
the model, the pair and the households of both, never on which other records are there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import splink

from analytics.identity import training
from analytics.identity.engine import Resources, quiet_splink, workspace
from analytics.identity.features import FEATURE_VERSION
from analytics.identity.parameters import Parameter, Parameters, splink_settings
from concord.errors import ConcordError

MOST_RANDOM_PAIRS = 500_000
MOST_TRAINING_PAIRS = 1_000_000


@dataclass(frozen=True)
class LinkModel:
    """A trained model. ``parameters``: field → level label → Parameter; ``frequencies``: feature → {values, other};
    ``usual_given_names``; ``junk``: feature → values that belong to nobody; ``training``: what it was trained on."""

    match_share: float
    floor_probability: float
    parameters: Parameters
    frequencies: Mapping[str, Mapping[str, Any]]
    usual_given_names: tuple[str, ...]
    junk: Mapping[str, tuple[str, ...]]
    training: Mapping[str, Any] = field(default_factory=dict)
    feature_version: str = FEATURE_VERSION
    splink_version: str = splink.__version__

    @property
    def model_id(self) -> str:
        """Hash of the content: two models of the same id score alike."""
        return hashlib.sha256(json.dumps(self._content(), sort_keys=True).encode()).hexdigest()[:16]

    def _content(self) -> dict[str, Any]:
        return {
            "feature_version": self.feature_version,
            "splink_version": self.splink_version,
            "match_share": self.match_share,
            "floor_probability": self.floor_probability,
            "parameters": {
                name: {label: vars(parameter) for label, parameter in levels.items()}
                for name, levels in self.parameters.items()
            },
            "frequencies": {name: dict(table) for name, table in self.frequencies.items()},
            "usual_given_names": list(self.usual_given_names),
            "junk": {name: list(values) for name, values in self.junk.items()},
            "training": dict(self.training),
        }

    def to_json(self) -> str:
        """The whole model as JSON text, its id with it."""
        return json.dumps({"model_id": self.model_id, **self._content()}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> LinkModel:
        """The model that `to_json` wrote.

        Raises ConcordError when it isn't one, was changed since, or is of another feature version.
        """
        try:
            content = json.loads(text)
            version = content["feature_version"]
            if version != FEATURE_VERSION:
                raise ConcordError(
                    f"the identity model is of feature version {version}, this release needs {FEATURE_VERSION}",
                    hint="train a new one",
                )
            model = cls(
                match_share=content["match_share"],
                floor_probability=content["floor_probability"],
                parameters={
                    name: {label: Parameter(**parameter) for label, parameter in levels.items()}
                    for name, levels in content["parameters"].items()
                },
                frequencies=content["frequencies"],
                usual_given_names=tuple(content["usual_given_names"]),
                junk={name: tuple(values) for name, values in content["junk"].items()},
                training=content["training"],
                feature_version=version,
                splink_version=content["splink_version"],
            )
            given_id = content["model_id"]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConcordError(f"not an identity model: {error}") from error
        if model.model_id != given_id:
            raise ConcordError(f"the identity model {given_id} was changed after training")
        return model

    def settings(self) -> dict[str, Any]:
        """Splink's settings for scoring with this model, over the columns of a comparable record."""
        return splink_settings(self.match_share, self.parameters, for_training=False)


def train(
    features: pa.Table,
    *,
    seed: int = 20240229,
    max_random_pairs: int = MOST_RANDOM_PAIRS,
    max_training_pairs: int = MOST_TRAINING_PAIRS,
    floor_probability: float = 0.1,
    resources: Resources | None = None,
) -> LinkModel:
    """Train a model on the features of all records (`prepare`), without labels.

    ``max_random_pairs`` bounds the sample for u, ``max_training_pairs`` each training block for m;
    pairs under ``floor_probability`` are counted by `link`, not kept. The same features, in any
    order, and the same seed give the same model.

    Raises ConcordError when there are no records.
    """
    if features.num_rows == 0:
        raise ConcordError("no records to train the identity model on")
    with quiet_splink(), workspace(resources or Resources()) as connection:
        learnt = training.learn(
            connection, features, seed=seed, max_random_pairs=max_random_pairs, max_training_pairs=max_training_pairs
        )
        return LinkModel(floor_probability=floor_probability, **learnt)
