package broker

// signedPrograms says whether the system tells who has signed a program: where it does not, a rule's publisher is not asked
// for, so that one file serves both systems. Its other conditions are.
const signedPrograms = false
