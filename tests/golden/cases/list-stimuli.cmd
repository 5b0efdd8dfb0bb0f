neurode list stimuli
