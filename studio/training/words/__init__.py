"""Words: captions of scenes, a small tokenizer, and a text encoder taught to read attributes out of a prompt.

The agreement with the denoiser
-------------------------------
- `words.slots.SLOTS`: the ordered attributes (`studio.pipelines.closed_form_words.Slot`), made from the lists of
  `scenes.world`: `place`, `time`, `weather`, `hue`, `style`, then for each thing `house.present` (values present,
  absent), `house.colour`, `house.count`, `house.position`, `house.distance`, `moon.shape`, as far as it has them, and
  `trees.present` for trees of any kind. `slots_to_config(SLOTS)` goes into the model's config.
- `words.slots.encode(scene) -> int8 (A,)`: a library item's attributes, A = len(SLOTS); 0 = does not apply (no hue, the
  colour of a house that is not there), k = `values[k - 1]`. The library stores them as int8 (N, A).
- `AttributeHead(width, SLOTS)`: states (B, L, D) -> (B, T) log-probabilities, T = sum of `slot.classes`.
- `log_prior(log_probs, attributes, SLOTS) -> (B, N)`, 0 for a perfect item, negative for what is missing or wrong
  (about -8 for another place, time or style, -6 for a missing thing, -4 for its colour); `match_table` to keep the part
  that does not change, `split_prior` for a prior by thing (scenes' JSON holds each thing's box).
- `train_words(folder, seed=0, steps=..., resume=True)` writes `folder/tokenizer` (CLIPTokenizer, 77 tokens),
  `folder/text_encoder` (CLIPTextModel, save_pretrained) and `folder/attribute_head.safetensors` (state dict of
  `AttributeHead`); the denoiser's folder takes the first two as they are and the third into its own weights.
"""
