-- Every billing account ID ever minted, where it stands after this build, and what this build changes about it. Grain: entity_id.

{{ durable_identity('billing_account') }}
