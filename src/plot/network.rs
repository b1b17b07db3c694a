//! Figures of graphs, and what can be set on them.

use super::figure::Figure;
use super::graph::Graph;
use super::layer::{Kind, Layer};
use crate::error::Result;

impl Figure {
    /// A drawing of a graph: nodes at positions (x rightward, y upward), edges between pairs of node numbers.
    ///
    /// [`edge_weights`](Figure::edge_weights), [`edge_labels`](Figure::edge_labels), [`node_labels`](Figure::node_labels),
    /// [`node_values`](Figure::node_values) and [`directed`](Figure::directed) add to it.
    ///
    /// # Errors
    /// If there is no node, a position is not finite, or an edge names a node that is not there.
    ///
    /// ```
    /// use statmech::prelude::*;
    /// # fn main() -> statmech::Result<()> {
    /// let triangle = Figure::graph(&[(0.0, 0.0), (1.0, 0.0), (0.5, 0.9)], &[(0, 1), (1, 2), (2, 0)])?
    ///     .edge_weights(&[1.0, -1.0, 1.0])
    ///     .node_labels(["a", "b", "c"]);
    /// # triangle.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn graph(positions: &[(f64, f64)], edges: &[(usize, usize)]) -> Result<Self> {
        let graph = Graph::new(positions, edges)?;
        Ok(Self::of_layers(vec![Layer::new(Kind::Graph(graph))]))
    }

    /// Gives each edge of a graph a weight: its width the magnitude, its colour the sign (blue below zero).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pair = Figure::graph(&[(0.0, 0.0), (1.0, 0.0)], &[(0, 1)])?.edge_weights(&[-0.5]);
    /// # pair.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn edge_weights(&self, weights: &[f64]) -> Self {
        self.clone().graph_setting("edge_weights", weights.len(), |graph| {
            graph.weights = weights.to_vec();
            graph.edges.len()
        })
    }

    /// Writes a label beside the middle of each edge of a graph ("" for none).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pair = Figure::graph(&[(0.0, 0.0), (1.0, 0.0)], &[(0, 1)])?.edge_labels(["J"]);
    /// assert!(pair.svg()?.contains('J'));
    /// # Ok(())
    /// # }
    /// ```
    pub fn edge_labels<S: Into<String>>(&self, labels: impl IntoIterator<Item = S>) -> Self {
        let labels: Vec<String> = labels.into_iter().map(Into::into).collect();
        self.clone().graph_setting("edge_labels", labels.len(), |graph| {
            graph.edge_labels = labels;
            graph.edges.len()
        })
    }

    /// Writes a label into each node of a graph.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pair = Figure::graph(&[(0.0, 0.0), (1.0, 0.0)], &[(0, 1)])?.node_labels(["s1", "s2"]);
    /// assert!(pair.svg()?.contains("s1"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn node_labels<S: Into<String>>(&self, labels: impl IntoIterator<Item = S>) -> Self {
        let labels: Vec<String> = labels.into_iter().map(Into::into).collect();
        self.clone().graph_setting("node_labels", labels.len(), |graph| {
            graph.labels = labels;
            graph.nodes.len()
        })
    }

    /// Colours each node of a graph by a value, such as a spin or an activity (blue below zero, red above).
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let pair = Figure::graph(&[(0.0, 0.0), (1.0, 0.0)], &[(0, 1)])?.node_values(&[1.0, -1.0]);
    /// # pair.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn node_values(&self, values: &[f64]) -> Self {
        self.clone().graph_setting("node_values", values.len(), |graph| {
            graph.values = values.to_vec();
            graph.nodes.len()
        })
    }

    /// Draws the edges of a graph as arrows from the first to the second node.
    ///
    /// ```
    /// # fn main() -> statmech::Result<()> {
    /// # use statmech::prelude::*;
    /// let arrow = Figure::graph(&[(0.0, 0.0), (1.0, 0.0)], &[(0, 1)])?.directed();
    /// # arrow.svg()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn directed(&self) -> Self {
        self.clone().graph_setting("directed", 0, |graph| {
            graph.directed = true;
            0
        })
    }

    /// Applies a setting, which returns the length that it needs, to the graph in this figure.
    fn graph_setting(
        mut self,
        name: &'static str,
        given: usize,
        set: impl FnOnce(&mut Graph) -> usize,
    ) -> Self {
        let graph = self.newest_layers().iter_mut().find_map(|layer| match &mut layer.kind {
            Kind::Graph(graph) => Some(graph),
            _ => None,
        });
        match graph.map(set) {
            Some(needed) => {
                let lengths = format!("a list of {given} for {needed}");
                self.require(given == needed, name, lengths, "one entry for each edge or node");
            }
            None => self.require(false, name, "another kind of figure", "set on a graph"),
        }
        self
    }
}
