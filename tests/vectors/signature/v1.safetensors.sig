{
  "version": 1,
  "algorithm": "ed25519",
  "key": "737223717fd14f15",
  "sha256": "dfd986150269199dc391b9c4c560b340bc350e57daf0e701cc26f5303d1b2917",
  "signature": "QC+vvQ9Arty6OouYY3Om5Q0N4wyekKpjuJmN8/Weq0ICMibWvBqLoVNepmkUZpAhR6MAXiLfXTox5wjHFab9DQ=="
}
