import '../styles/tokens.css'
import '../styles/reset.css'
import { mount } from 'svelte'
import Viewer from './Viewer.svelte'

document.documentElement.dataset['theme'] = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
const target = document.getElementById('app')
if (target) mount(Viewer, { target })
