package dev.marmoset.server.tls;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The names in a client's certificate: common name, DNS names, URIs (SPIFFE).
public final class CertificateNames {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateNames.class);
  /// RFC 5280, GeneralName.
  private static final Set<Integer> DNS_OR_URI = Set.of(2, 6);

  private CertificateNames() {}

  /// Names of the verified certificate of a session's client; empty without one.
  public static Set<String> of(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? of(leaf) : Set.of();
    } catch (SSLPeerUnverifiedException _) {
      return Set.of();
    }
  }

  private static Set<String> of(X509Certificate leaf) {
    var names = new HashSet<String>();
    try {
      for (Rdn part : new LdapName(leaf.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          names.add(String.valueOf(part.getValue()));
        }
      }
      var alternatives = leaf.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (DNS_OR_URI.contains(alternative.get(0))) {
            names.add(String.valueOf(alternative.get(1)));
          }
        }
      }
    } catch (InvalidNameException | CertificateParsingException e) {
      LOG.atWarn().addKeyValue("err", e.getMessage())
          .log("a client's certificate has names that cannot be read");
    }
    return names;
  }
}
