-- One row per code word that a source uses and the vocabulary lacks. It must be empty: each row here is a status that
-- core shows as null until someone adds the word to seeds/reference/status_vocabulary.csv.

with

used as (
    {%- for entity, system, model, column in vocabulary_columns() %}
    select
        '{{ entity }}' as entity,
        '{{ system }}' as system,
        {{ column }} as source_value,
        count(*) as row_count
    from {{ ref(model) }}
    where {{ column }} is not null
    group by {{ column }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

vocabulary as (
    select entity, system, source_value
    from {{ ref('status_vocabulary') }}
)

select
    used.entity,
    used.system,
    used.source_value,
    sum(used.row_count) as row_count
from used
left join vocabulary
    on used.entity = vocabulary.entity
    and used.system = vocabulary.system
    and {{ code_key('used.source_value') }} = vocabulary.source_value
where vocabulary.source_value is null
group by used.entity, used.system, used.source_value
