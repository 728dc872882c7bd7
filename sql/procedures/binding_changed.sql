-- Tells the webhook programs that what they keep of bindings may be out of date
-- (cgi/webhook/gate.h). A row lock, not a sequence: changes are counted in the order of their
-- commits, so nobody sees a number while the change behind it can still come. A key sealed
-- anew under another key-encryption key opens to the same bytes, and does not count.

CREATE OR REPLACE TRIGGER binding_changed AFTER UPDATE ON binding FOR EACH ROW
BEGIN
  IF OLD.status <> NEW.status OR OLD.key_version <> NEW.key_version
     OR OLD.policy_version <> NEW.policy_version THEN
    UPDATE binding_epoch SET epoch = epoch + 1 WHERE one = 1;
  END IF;
END
