"""Pictures that steer, in the window: which weights there are, and how control layers come about."""
