async function cook(dish, seconds) {
  for (let i = 1; i <= 2; i++) {
    await sleep(seconds * 1000);
    print(dish, i);
  }
  return dish;
}

async function main() {
  const counting = countdown(3);
  const dishes = await Promise.all([cook("soup", 1), cook("fish", 1.5)]);
  print("served:", dishes.join(", "));
  await counting;
  try {
    await cook.call(null, "pie", 1).then(() => { throw new Error("burnt"); });
  } catch (e) {
    print("caught:", e.message);
  }
  throw new Error("the kitchen is closed");
}

main();
