neurode info nowhere.h5
