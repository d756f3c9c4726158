package broker

// signedPrograms says whether the system tells who has signed a program. Nobody asks Windows yet, and what is not known
// meets no condition.
const signedPrograms = true
