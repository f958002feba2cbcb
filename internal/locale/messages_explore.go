package locale

var exploreMessages = []message{}
