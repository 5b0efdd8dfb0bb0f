neurode list connectivities
