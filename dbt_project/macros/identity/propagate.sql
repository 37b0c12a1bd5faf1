{#-
    Minimum-label propagation in fixed rounds: connected components without recursion, which Spark has not. Renders the CTEs
    <prefix>_1 … <prefix>_<rounds>, each with (node, label).
      start      CTE with (node, label): where every node begins
      neighbour  CTE with (node, neighbour): every edge in both directions, and every node with itself
      keep_first a label once given stays (nearest anchor wins); otherwise the smallest label reaches everybody
    A cluster whose smallest label is more than `rounds` edges from some member has not converged: a test says so.
-#}
{% macro propagate_labels(prefix, start, neighbour, rounds, keep_first=false) -%}
    {%- for round in range(1, rounds + 1) %}
{{ prefix }}_{{ round }} as (
    select
        edges.node,
        {% if keep_first -%}
        coalesce(
            min(case when edges.node = edges.neighbour then labels.label end),
            min(labels.label)
        ) as label
        {%- else -%}
        min(labels.label) as label
        {%- endif %}
    from {{ neighbour }} as edges
    inner join {{ start if round == 1 else prefix ~ '_' ~ (round - 1) }} as labels
        on edges.neighbour = labels.node
    group by edges.node
){{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
    Like propagate_labels, but the strongest way wins: every node takes the label of that anchor to which a path leads whose weakest edge is
    stronger than that of any other path. Renders the CTEs <prefix>_1 … <prefix>_<rounds>, each with (node, label, weakest).
      start      CTE with (node, label, weakest): an anchor has its label and 0, every other node nulls
      neighbour  CTE with (node, neighbour, strength): every edge in both directions, 1 strongest, no two alike but those of strength 0, which
                 tie for good; and every node with itself, strength 0
    Both numbers of a node travel in one, so that one aggregate finds the strongest path and ties can't tear them apart.
-#}
{% macro propagate_strongest(prefix, start, neighbour, rounds) -%}
    {%- set base = '1000000000' -%}
    {%- for round in range(1, rounds + 1) %}
{{ prefix }}_{{ round }} as (
    select
        node,
        mod(best, {{ base }}) as label,
        cast(round((best - mod(best, {{ base }})) / {{ base }}) as bigint) as weakest
    from (
        select
            edges.node,
            min(greatest(edges.strength, labels.weakest) * cast({{ base }} as bigint) + labels.label) as best
        from {{ neighbour }} as edges
        inner join {{ start if round == 1 else prefix ~ '_' ~ (round - 1) }} as labels
            on edges.neighbour = labels.node
        group by edges.node
    ) as strongest_{{ round }}
){{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
    Clusters of records joined by links: a select, to be a whole model or the body of a CTE.
      records  relation with record_id, system, known_since_at: every record, linked or not
      links    relation with left_record_id, right_record_id, is_accepted
      entity   its row `id` in the seed precedence says which system's records are senior
    Columns: record_id, senior_record_id, record_count, system_count.
-#}
{% macro cluster_records(entity, records, links) -%}
{%- set rounds = var('identity_rounds') -%}
with record as (
    select
        records.record_id,
        records.system,
        -- A number instead of the name makes the rounds cheap; it never leaves this model.
        row_number() over (
            order by
                {{ precedence_position('precedence.systems', 'records.system') }} nulls last,
                records.known_since_at asc nulls last,
                records.record_id asc nulls last
        ) as seniority
    from {{ records }} as records
    left join {{ ref('precedence') }} as precedence
        on precedence.entity = '{{ entity }}'
        and precedence.attribute = 'id'
),

link as (
    select
        left_record.seniority as left_node,
        right_record.seniority as right_node
    from {{ links }} as links
    inner join record as left_record
        on links.left_record_id = left_record.record_id
    inner join record as right_record
        on links.right_record_id = right_record.record_id
    where links.is_accepted
),

neighbour as (
    select left_node as node, right_node as neighbour from link
    union all
    select right_node as node, left_node as neighbour from link
    union all
    select seniority as node, seniority as neighbour from record
),

start_label as (
    select
        seniority as node,
        seniority as label
    from record
),

{{ propagate_labels('round', 'start_label', 'neighbour', rounds) }},

member as (
    select
        record.record_id,
        record.system,
        senior.record_id as senior_record_id
    from record
    inner join round_{{ rounds }} as labelled
        on record.seniority = labelled.node
    inner join record as senior
        on labelled.label = senior.seniority
),

cluster_size as (
    select
        senior_record_id,
        count(*) as record_count,
        count(distinct system) as system_count
    from member
    group by senior_record_id
)

select
    member.record_id,
    member.senior_record_id,
    cluster_size.record_count,
    cluster_size.system_count
from member
inner join cluster_size
    on member.senior_record_id = cluster_size.senior_record_id
{%- endmacro %}
