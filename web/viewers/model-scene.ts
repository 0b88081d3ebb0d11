/** A scene with one model: camera, light, controls, and rendering when something changes. */
import {
  AmbientLight,
  Box3,
  Color,
  DirectionalLight,
  type Object3D,
  PerspectiveCamera,
  Scene,
  Sphere,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';

export class ModelScene {
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera(45, 1, 0.01, 1000);
  readonly #controls: OrbitControls;
  readonly #resized: ResizeObserver;
  #frame = 0;

  /** Throws if the browser has no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.#renderer = new WebGLRenderer({ canvas, antialias: true });
    this.#renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.#scene.background = new Color(0x22_20_21);
    const light = new DirectionalLight(0xff_ff_ff, 1.5);
    light.position.set(1, 2, 3);
    this.#camera.add(light);
    this.#scene.add(this.#camera, new AmbientLight(0xff_ff_ff, 1.6));
    this.#controls = new OrbitControls(this.#camera, canvas);
    this.#controls.listenToKeyEvents(canvas);
    this.#controls.addEventListener('change', this.#render);
    this.#resized = new ResizeObserver(() => this.#resize(canvas));
    this.#resized.observe(canvas);
  }

  /** Adds a model and moves the camera so that all of it is visible. */
  show(model: Object3D): void {
    const { center, radius } = new Box3().setFromObject(model).getBoundingSphere(new Sphere());
    model.position.sub(center);
    this.#scene.add(model);
    const size = radius || 1;
    this.#camera.near = size / 100;
    this.#camera.far = size * 100;
    this.#camera.position.set(0.9, 0.6, 1.9).multiplyScalar(size * 1.25);
    this.#camera.updateProjectionMatrix();
    this.#controls.saveState();
    this.#controls.update();
    this.#render();
  }

  /** Returns to the first view. */
  reset(): void {
    this.#controls.reset();
  }

  dispose(): void {
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#controls.dispose();
    this.#renderer.dispose();
    this.#renderer.forceContextLoss();
  }

  #resize({ clientWidth, clientHeight }: HTMLCanvasElement): void {
    this.#camera.aspect = clientWidth / Math.max(1, clientHeight);
    this.#camera.updateProjectionMatrix();
    this.#renderer.setSize(clientWidth, clientHeight, false);
    this.#render();
  }

  readonly #render = (): void => {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#renderer.render(this.#scene, this.#camera));
  };
}
