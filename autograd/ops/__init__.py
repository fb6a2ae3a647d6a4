"""The derivative table: each primitive once, forward and derivative side by side."""
