/** A directory of Python modules. */
export declare const kubernetesValidate: string;
