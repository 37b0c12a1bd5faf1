-- What each rule of linking says, for those who read its name on a link: the seed identity_rule. Grain: entity, rule.

select
    entity,
    rule,
    method,
    cast(rank as integer) as rank,
    cast(score as decimal(5, 4)) as score,
    description
from {{ ref('identity_rule') }}
