/** A percentage in whole numbers. What is not quite all keeps a decimal: it never says 100 %. */
export const percentText = (percent: number): string =>
  percent > 99 && percent < 100 ? `${Math.floor(percent * 10) / 10} %` : `${Math.round(percent)} %`;
