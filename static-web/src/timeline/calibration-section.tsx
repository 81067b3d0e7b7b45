import type { JSX } from "preact";
import type { Calibration, CalibrationBand } from "../../../shared/contracts/memory.ts";
import { formatFigure, formatShare } from "../format.ts";
import { calibration } from "../lists.ts";
import { useLive } from "../resource.ts";
import { Section } from "../ui/facts.tsx";
import { View } from "../ui/view.tsx";

function Band({ band }: { band: CalibrationBand }): JSX.Element {
  const { from, to, judged, confirmed, share } = band;
  return (
    <tr>
      <th scope="row">
        {formatShare(from)} to {formatShare(to)}
      </th>
      <td>{judged}</td>
      <td>{confirmed}</td>
      <td>{share === null ? "too few" : formatShare(share)}</td>
    </tr>
  );
}

function Bands({ known }: { known: Calibration }): JSX.Element {
  const { remembered, judged, brierScore, fewest, bands } = known;
  return (
    <>
      <p class="quiet">
        {remembered} runs are remembered, {judged} of them had an action that was measured.{" "}
        {brierScore === null
          ? `A share is told from ${fewest} on.`
          : `Brier score ${formatFigure(brierScore)}: 0 is perfect, 0.25 is a coin.`}
      </p>
      {judged === 0 ? null : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Confidence and outcome">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Confidence</th>
                <th scope="col">Measured</th>
                <th scope="col">Confirmed</th>
                <th scope="col">Share</th>
              </tr>
            </thead>
            <tbody>
              {bands
                .filter((band) => band.judged > 0)
                .map((band) => (
                  <Band key={band.from} band={band} />
                ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** How often a diagnosis of so much confidence was confirmed by a measured improvement. */
export function CalibrationSection(): JSX.Element {
  const loaded = useLive(calibration, ({ kind }) => kind === "incident");
  return (
    <Section id="calibration" title="How well confidence holds">
      <View of={loaded} what="calibration" retry={calibration.reload}>
        {(known) => <Bands known={known} />}
      </View>
    </Section>
  );
}
