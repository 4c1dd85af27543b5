//! Why the literals of a dashboard are what they are.

use crate::rules;

rules! {
    room 10;
    DASHBOARD = "grafana-dashboard": "a dashboard is a file that Grafana reads: nobody edits it in the browser, since the next build would undo that";
    DATASOURCE = "grafana-datasource": "the data source is a variable, so that the same dashboard serves every Prometheus";
    VARIABLE = "grafana-variable": "what the viewer chooses stands in the address, so that a link shows what its sender saw";
    PANEL = "grafana-panel": "a panel shows all of its lines when pointed at, the highest first, and a dashed line where a value begins to matter";
    ROW = "grafana-row": "rows are open, so that nothing is missed by who does not know the dashboard";
    LINK = "grafana-link": "a link keeps the time and the choices of the viewer";
    ANNOTATION = "grafana-annotation": "deployments are marked on every panel";
    GRAPH = "grafana-graph": "a component is coloured by the share of its requests that fail, and leads to its dashboard";
    PROVISIONING = "grafana-provisioning": "files are the only source of these dashboards";
    CONFIG_MAP = "grafana-config-map": "in a cluster the Grafana of the platform reads dashboards from labelled ConfigMaps";
}
