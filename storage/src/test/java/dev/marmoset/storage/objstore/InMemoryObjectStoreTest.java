package dev.marmoset.storage.objstore;

class InMemoryObjectStoreTest implements ObjectStoreContract {
  @Override
  public ObjectStore store() {
    return new InMemoryObjectStore().withPages(PAGE);
  }
}
