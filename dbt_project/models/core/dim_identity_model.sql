-- Every model that the linker was ever trained to, with all that it knows. Grain: entity, feature_version, generation.
-- The next build takes its model from here: a score changes only when somebody asks for a new one.

with

current_model as (
    select * from {{ ref('int_customer__match_model') }}
),

known as (
    select * from {{ source('registry', 'identity_model') }}
),

united as (
    select
        entity, model_id, feature_version, generation, trained_at, record_count, parameters, true as is_current
    from current_model
    union all
    select
        known.entity, known.model_id, known.feature_version, known.generation, known.trained_at, known.record_count, known.parameters,
        false as is_current
    from known
    left join current_model
        on known.entity = current_model.entity
        and known.feature_version = current_model.feature_version
        and known.generation = current_model.generation
    where current_model.entity is null
)

select
    {{ hash_key(['entity', 'feature_version', 'generation']) }} as identity_model_key,
    entity,
    model_id,
    feature_version,
    generation,
    trained_at,
    record_count,
    parameters,
    is_current
from united
