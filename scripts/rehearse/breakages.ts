/** Ways to break an image, each with the checks of validate.sh that it must make fail. */
export const breakages: { broken: string; by: string; fails: string[] }[] = [
  {
    broken: 'a key of whoever baked is left',
    by: 'mkdir -p /root/.ssh; echo "ssh-ed25519 AAAA baker" >/root/.ssh/authorized_keys',
    fails: ['no key that lets somebody in, and no host key'],
  },
  {
    broken: 'another program is in the place of Node',
    by: 'printf "#!/bin/sh\\necho v24.21.0\\n" >/usr/local/bin/node',
    fails: [
      '/usr/local/bin/node is the program of Node 24.21.0',
      'the app starts as its user, and says which settings it misses',
      'the unit refuses settings that are not whole',
      'PM2 runs',
      'the checksums of the manifest are right',
    ],
  },
  {
    broken: 'a user has a password',
    by: `sed -i 's,^root:[^:]*:,root:$y$j9T$salt$hash:,' /etc/shadow`,
    fails: ['nobody has a password'],
  },
  {
    broken: 'the app was changed after it was packed',
    by: 'echo "// a change" >>/opt/inlet/dist/main.js; touch /opt/inlet/dist/more.js',
    fails: ['/opt/inlet is what bundle.sh packed', 'nothing was added to /opt/inlet'],
  },
  {
    broken: 'the service may change the app',
    by: 'chown inlet /opt/inlet/dist/app.js',
    fails: ['/opt/inlet belongs to root, and nobody else can change it'],
  },
  {
    broken: 'the machine that was baked on left its identity',
    by: 'echo 0123456789abcdef0123456789abcdef >/etc/machine-id',
    fails: ['no machine id'],
  },
  {
    broken: 'updates start at boot',
    by: 'systemctl enable --quiet apt-daily-upgrade.timer',
    fails: ['updates do not start at boot'],
  },
  {
    broken: 'the unit lost its confinement',
    by: `sed -i '/^\\(Protect\\|Private\\|Restrict\\|SystemCall\\|Capability\\)/d' /etc/systemd/system/inlet.service`,
    fails: ['inlet.service is confined (exposure 2.5 at most)', 'the checksums of the manifest are right'],
  },
  {
    broken: 'a unit calls a program that is not there',
    by: `sed -i 's,^ExecStart=.*,ExecStart=/usr/local/bin/gone,' /etc/systemd/system/inlet-lifecycle.service`,
    fails: ['the units are correct', 'the checksums of the manifest are right'],
  },
  {
    broken: 'the service does not start at boot',
    by: 'systemctl disable --quiet prometheus-node-exporter.service',
    fails: ['what must run is enabled'],
  },
  {
    broken: 'settings of an instance were baked in, with a key of AWS',
    by: 'echo "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE" >/etc/inlet/inlet.env',
    fails: ['no settings of any instance are baked in', 'no AWS credentials'],
  },
  {
    broken: 'a file that everybody may change, and one with the rights of root',
    by: 'touch /etc/open; chmod 666 /etc/open; cp /bin/true /usr/local/bin/rise; chmod 4755 /usr/local/bin/rise',
    fails: ['no file or folder that everybody may change', 'no setuid program but those of packages'],
  },
  {
    broken: 'sshd takes passwords',
    by: 'sed -i "s/^PasswordAuthentication no/PasswordAuthentication yes/" /etc/ssh/sshd_config.d/10-inlet.conf',
    fails: ['sshd takes no passwords and no root', 'the checksums of the manifest are right'],
  },
  {
    broken: 'cloud-init looks nowhere but at EC2',
    by: 'sed -i "s/^datasource_list.*/datasource_list: [Ec2]/" /etc/cloud/cloud.cfg.d/90-inlet.cfg',
    fails: [
      'cloud-init looks at EC2 and NoCloud, and allows no passwords',
      'the checksums of the manifest are right',
    ],
  },
  {
    broken: 'a package is missing in the manifest, and it names another commit',
    by: `jq '.commit = ("0" * 40) | .packages |= .[1:]' /etc/inlet/manifest.json >/run/m; cat /run/m >/etc/inlet/manifest.json`,
    fails: ['the manifest names what is there', 'the manifest lists the packages that are installed'],
  },
  {
    broken: 'the bake left its traces',
    by: 'echo "curl -H secret" >/root/.bash_history; touch /var/lib/apt/lists/deb_list',
    fails: ['nothing is left of the bake'],
  },
];
