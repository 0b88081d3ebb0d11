import { useEffect } from 'preact/hooks';

/** Lets the Back button close a dialog: adds an entry to the history while the component is rendered. */
export function useBackToClose(onClose: () => void): void {
  useEffect(() => {
    const { href } = location;
    history.pushState({ dialog: true }, '');
    let isBack = false;
    const close = () => {
      isBack = true;
      onClose();
    };
    addEventListener('popstate', close);
    return () => {
      removeEventListener('popstate', close);
      if (!isBack && location.href === href) history.back();
    };
  }, []);
}
