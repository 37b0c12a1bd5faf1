-- The arithmetic of U8: the catalogue's charge of each event against the rated one. Grain: rated_usage_id.

{{ re_rating_steps('u8') }}
