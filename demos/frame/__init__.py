"""The ground floor of the interface: what every tab shares and none owns."""
