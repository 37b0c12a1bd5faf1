"""The one true world of the synthetic operator: who its customers are, what they hold, use and owe."""
