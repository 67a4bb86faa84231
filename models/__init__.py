"""The ground floor of compute: catalog, registry and encoders. Knows no gradio and no plotly."""
