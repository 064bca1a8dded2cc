/** Prometheus metrics: received, stored, sent, rejected, dropped, and how the box is. Collected when they are asked for; nothing on the hot path. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Gauge, Registry } from "prom-client";

/** One sample of a metric: labels and value. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  /** Label names of its samples. */
  readonly labels?: readonly string[];
  read(): readonly Sample[] | Promise<readonly Sample[]>;
}

/** The registry renders counters as they are kept elsewhere: a Gauge set at collection, named and typed as the counter it is. */
export function buildRegistry(metrics: readonly Metric[]): Registry {
  const registry = new Registry();
  for (const metric of [...metrics, ...processMetrics()]) {
    registry.registerMetric(
      new Gauge({
        name: metric.name,
        help: metric.help,
        labelNames: [...(metric.labels ?? [])],
        registers: [],
        async collect() {
          this.reset();
          for (const { labels, value } of await metric.read()) this.set({ ...labels }, value);
        },
      }),
    );
  }
  return registry;
}

/** The text format of the Prometheus exposition, version 0.0.4. */
export async function renderMetrics(registry: Registry, metrics: readonly Metric[]): Promise<string> {
  const counters = new Set(metrics.filter((metric) => metric.type === "counter").map((metric) => metric.name));
  const text = await registry.metrics();
  return text.replace(/^# TYPE (\S+) gauge$/gm, (line, name: string) =>
    counters.has(name) ? `# TYPE ${name} counter` : line,
  );
}

function processMetrics(): Metric[] {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const seconds = (nanoseconds: number) => (Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e9 - 0.005) : 0);
  return [
    {
      name: "gatehouse_event_loop_lag_seconds",
      help: "How late the main loop was since the last scrape",
      type: "gauge",
      labels: ["quantile"],
      read: () => {
        const samples = [
          { labels: { quantile: "0.5" }, value: seconds(delay.percentile(50)) },
          { labels: { quantile: "0.99" }, value: seconds(delay.percentile(99)) },
          { labels: { quantile: "1" }, value: seconds(delay.max) },
        ];
        delay.reset();
        return samples;
      },
    },
    {
      name: "gatehouse_resident_memory_bytes",
      help: "Resident memory of the process",
      type: "gauge",
      read: () => [{ value: process.memoryUsage.rss() }],
    },
    {
      name: "gatehouse_cpu_seconds_total",
      help: "Processor time used",
      type: "counter",
      read: () => {
        const { user, system } = process.cpuUsage();
        return [{ value: (user + system) / 1e6 }];
      },
    },
  ];
}
