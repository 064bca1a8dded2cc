/** The package door: a town's programs on loopback, for tests. */
export { type Arrival, Book, type Written } from "./consumer/book.ts";
export { type ConsumerProcess, startConsumer } from "./loopback/consumer.ts";
export {
  type NatsCluster,
  type NatsOptions,
  type NatsServer,
  type SingleNats,
  startNats,
  startNatsCluster,
} from "./loopback/nats.ts";
export { type Postgres, startPostgres } from "./loopback/postgres.ts";
