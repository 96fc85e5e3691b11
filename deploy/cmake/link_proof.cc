// Linked against one room's whole archive: an undeclared dependency is a missing symbol.
int main() {
  return 0;
}
