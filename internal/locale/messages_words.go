package locale

var wordMessages = []message{}
