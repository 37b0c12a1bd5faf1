-- The arithmetic of O3: the monthly charge of each unbilled stretch, and its usage price by price. Grain: stretch, and
-- stretch and catalogue price.

{{ unbilled_steps('o3') }}
