/** A customer in Vue 3. `vite.config.js` says that `tenure-` elements are not Vue's. */

import { createApp } from "vue";
import App from "./App.vue";
import "tenure/elements";

const customer = await (await fetch("../customer.json")).json();
createApp(App, { customer }).mount("#app");
