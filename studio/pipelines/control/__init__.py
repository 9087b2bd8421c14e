"""Pictures that steer: ControlNet, T2I-Adapter, Control-LoRA and image prompt adapters beside a model."""
