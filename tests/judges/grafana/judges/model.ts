// What a dashboard may be: Grafana's own types, each panel with the options of its own type and no others.
import type { Dashboard as AnyDashboard, FieldConfigSource, GraphFieldConfig, Panel, RowPanel, TableFieldOptions } from "@grafana/schema";
import type { AnnotationQuery, AnnotationTarget, DataQuery } from "@grafana/schema";
import type * as canvas from "@grafana/schema/dist/esm/raw/composable/canvas/panelcfg/x/CanvasPanelCfg_types.gen";
import type * as gauge from "@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen";
import type * as stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type * as text from "@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen";
import type * as timeseries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

// In a file an enumeration is the text of one of its members.
type Json<T> = T extends string
  ? `${T}`
  : T extends (infer Element)[]
    ? Json<Element>[]
    : T extends object
      ? { [Key in keyof T]: Json<T[Key]> }
      : T;

// The data source's own part of a query; the schema package leaves it to the plugin.
interface PrometheusQuery extends DataQuery {
  expr: string;
  legendFormat?: string;
  editorMode?: "code" | "builder";
  format?: "time_series" | "table" | "heatmap";
  instant?: boolean;
  range?: boolean;
}

// Annotations that somebody posted, by their tags.
interface TaggedAnnotation extends Omit<AnnotationQuery, "target"> {
  target: AnnotationTarget;
}

interface Defaults<Custom> extends Omit<FieldConfigSource["defaults"], "custom"> {
  custom?: Custom;
}

interface Shown<Type extends string, Options, Custom> extends Omit<Panel, "type" | "options" | "fieldConfig" | "targets"> {
  type: Type;
  options: Options;
  fieldConfig: Omit<FieldConfigSource, "defaults"> & { defaults: Defaults<Custom> };
  targets: PrometheusQuery[];
}

// Grafana fills in what these leave out.
type Timeseries = Partial<timeseries.Options>;
type Stat = Partial<stat.Options>;
type Gauge = Partial<gauge.Options>;
type Table = Partial<table.Options>;
type Canvas = Partial<canvas.Options>;

type OnePanel =
  | Shown<"timeseries", Timeseries, GraphFieldConfig>
  | Shown<"stat", Stat, never>
  | Shown<"gauge", Gauge, never>
  | Shown<"table", Table, Partial<TableFieldOptions>>
  | Shown<"canvas", Canvas, never>
  | (Omit<Panel, "type" | "options"> & { type: "text"; options: text.Options });

export type Dashboard = Json<
  Omit<AnyDashboard, "panels" | "annotations"> & {
    uid: string;
    title: string;
    panels: (RowPanel | OnePanel)[];
    annotations: { list: (AnnotationQuery<PrometheusQuery> | TaggedAnnotation)[] };
  }
>;
